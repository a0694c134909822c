# fault at 2:13
total = 1 + \
