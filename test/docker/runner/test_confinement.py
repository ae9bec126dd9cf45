"""What a process does before it is the agent's."""

import os
import unittest

import overlay_case  # noqa: F401  # where the runner's modules are found

import confinement

_ANY_USER = 12345


class OfferItself(unittest.TestCase):
    def offered(self, is_apart):
        """The offer of an ordinary user's process that may not be dumped, and whose its files are afterwards."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            confinement.never_return(lambda: self.tell(writer, is_apart))
        os.close(writer)
        with open(reader, encoding="ascii") as told:
            text = told.read()
        os.waitpid(pid, 0)
        return text

    @staticmethod
    def tell(writer, is_apart):
        if os.geteuid() == 0:
            os.setresuid(_ANY_USER, _ANY_USER, _ANY_USER)
        confinement.set_dumpable(False)
        confinement.offer_itself(is_apart)
        # As bytes: this user may not be allowed to load codecs.
        with open("/proc/self/oom_score_adj", "rb") as file:
            offer = int(file.read())
            os.write(writer, b"%d %d" % (offer, os.fstat(file.fileno()).st_uid))

    def test_is_done_by_a_process_whose_files_belong_to_the_machine(self):
        self.assertEqual(self.offered(is_apart=True), "1000 0")

    def test_never_opens_a_process_that_the_agent_can_see(self):
        with open("/proc/self/oom_score_adj", encoding="ascii") as file:
            own = int(file.read())
        self.assertEqual(self.offered(is_apart=False), f"{own} 0")


if __name__ == "__main__":
    unittest.main()
