# fault at 5:8
name = "belay"
print(f"{name:>{10}")
print(f"{name}")
print(f"{name)
