# fault at 6:6
x = [
<<<<<<< ours
    1,
=======
    2)
>>>>>>> theirs
]
