# fault at 3:19
settings = {
    "pin": (25, 26],
    "rate": 9600,
}
