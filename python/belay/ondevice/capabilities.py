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
        from _thread import start_new_thread

        threads = True
    except Exception:
        threads = False
    return emitters, threads
