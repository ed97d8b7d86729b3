using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Zeroed native memory, aligned to pages of 2 MiB where it is large, so that the system can back it with huge pages.</summary>
internal sealed unsafe partial class NativeBuffer : SafeHandle
{
    private const nuint HugePage = 2 << 20;
    private const int MadviseHugePage = 14;

    public NativeBuffer(long bytes)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        nuint size = (nuint)Math.Max(bytes, 64);
        bool large = size >= 4 * HugePage;
        void* memory = NativeMemory.AlignedAlloc(size, large ? HugePage : 64);
        if (large && OperatingSystem.IsLinux())
        {
            // Advice only: a system without huge pages says no and nothing is lost.
            _ = Madvise(memory, size, MadviseHugePage);
        }

        NativeMemory.Clear(memory, size);
        GC.AddMemoryPressure((long)size);
        SetHandle((nint)memory);
    }

    public long Bytes { get; }

    public override bool IsInvalid => handle == 0;

    public byte* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(Math.Max(Bytes, 64));
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Madvise(void* address, nuint length, int advice);
}
