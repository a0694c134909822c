# fault at 2:7
pin = ${pin}
