# fault at 2:14
total = 1 + \ 
    2
