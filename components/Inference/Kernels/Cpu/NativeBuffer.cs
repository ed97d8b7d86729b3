using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Zeroed native memory on cache lines. Large pieces on Linux come straight from the system in huge pages where it has them, and take
/// real memory only as they are written to: a KV cache costs what its used blocks cost.
/// </summary>
internal sealed unsafe partial class NativeBuffer : SafeHandle
{
    private const int HugePage = 2 << 20;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private const int AdviseHugePages = 14;

    private readonly nuint _mapped;
    private readonly byte* _data;

    /// <exception cref="InferenceException">There is not enough memory.</exception>
    public NativeBuffer(long bytes)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        if (bytes >= HugePage && OperatingSystem.IsLinux())
        {
            _mapped = (nuint)bytes + HugePage;
            nint address = Map(0, _mapped, ReadWrite, PrivateAnonymous, -1, 0);
            if (address == -1)
            {
                throw Refused(bytes, null);
            }

            SetHandle(address);
            _data = (byte*)((address + HugePage - 1) / HugePage * HugePage);

            // Advice only: where there are no huge pages nothing is lost.
            _ = Advise((nint)_data, (nuint)bytes, AdviseHugePages);
            return;
        }

        try
        {
            nuint size = (nuint)Math.Max(bytes, 64);
            _data = (byte*)NativeMemory.AlignedAlloc(size, 64);
            NativeMemory.Clear(_data, size);
            SetHandle((nint)_data);
        }
        catch (OutOfMemoryException failure)
        {
            throw Refused(bytes, failure);
        }
    }

    public long Bytes { get; }

    public override bool IsInvalid => handle == 0;

    public byte* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return _data;
        }
    }

    protected override bool ReleaseHandle()
    {
        if (_mapped > 0)
        {
            return Unmap(handle, _mapped) == 0;
        }

        NativeMemory.AlignedFree(_data);
        return true;
    }

    private static InferenceException Refused(long bytes, Exception? cause) => new(
        InferenceErrorCodes.OutOfMemory,
        $"The system refused {bytes / 1e6:F0} MB of memory. Take a smaller model, int8 weights, a smaller KV cache, or a larger machine.",
        cause);

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint length, int advice);
}
