# A 32-bit system call (`mov eax, 20; int 0x80; ret`, getpid) made by a 64-bit process: the signal that ends it.
import mmap

pid = os.fork()
if pid == 0:
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    os._exit(0)
report({"signal": os.WTERMSIG(os.waitpid(pid, 0)[1])})
