"""What the board can do, found out by trying."""


def __belay_c():
    emitters = []
    for name in ("native", "viper"):
        try:
            exec("@micropython.%s\ndef __belay_t():0" % name, {})
            emitters.append(name)
        except Exception:
            pass
    try:
        import _thread

        threads = True
    except ImportError:
        threads = False
    return emitters, threads
