# fault at 3:1
import os
!ls /flash
