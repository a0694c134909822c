# fault at 2:19
levels = [1, 2, 3]]
print(levels)
