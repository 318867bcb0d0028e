"""What the tests' archives are made of."""
import hashlib
import random

DATA = random.Random(42).randbytes(3 * 1024 * 1024 + 17)
DATA_SHA256 = hashlib.sha256(DATA).hexdigest()
