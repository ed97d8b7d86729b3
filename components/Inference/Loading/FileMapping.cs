using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Serverless.Inference.Loading;

/// <summary>A whole file mapped read-only. The operating system pages it in on use, so that a checkpoint costs no anonymous memory.</summary>
internal sealed unsafe class FileMapping : IDisposable
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private byte* start;

    public FileMapping(string path)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    /// <summary>The bytes from <paramref name="offset"/> on. The caller has checked that they lie inside the file.</summary>
    public ReadOnlyMemory<byte> Slice(long offset, int length) => length == 0 ? default(ReadOnlyMemory<byte>) : new Section(this, offset, length).Memory;

    public void Dispose()
    {
        if (start == null) return;
        start = null;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }

    /// <summary>Part of the mapping as memory. Reading it after the file was unmapped throws instead of crashing the process.</summary>
    private sealed class Section(FileMapping owner, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(owner.start == null, owner);
            return new Span<byte>(owner.start + offset, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(owner.start == null, owner);
            return new MemoryHandle(owner.start + offset + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
