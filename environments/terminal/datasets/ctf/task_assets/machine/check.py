"""Says whether a word is right. The program is a list of pairs: an operation and a number."""
import sys

PROGRAM = bytes.fromhex("0100020b0301046e010102300302045e01020255030304370103027a030404210104029f030504e9010502c4030104b7010602e90302048e0107020e03030472010802330304045b010902580305040c010a027d0301040a010b02a2030204cc010c02c7030304a5010d02ec030404b7010e021103050481010f0236030104580110025b0302043a01110280030304eb011202a5030404d0011302ca030504a9011402ef0301048b011502140302046b")


def run(word):
    value = 0
    for operation, number in zip(PROGRAM[::2], PROGRAM[1::2]):
        if operation == 1:
            value = word[number] if number < len(word) else 0
        elif operation == 2:
            value ^= number
        elif operation == 3:
            value = value + number & 255
        elif operation == 4 and value != number:
            return False
    return True


print("right" if run(sys.argv[1].encode()) else "wrong")
