"""The convenience imports; what the board lacks is skipped."""


def __belay_i(statements):
    for statement in statements:
        try:
            exec(statement, globals())
        except Exception:
            pass
