namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Brings weights from a checkpoint, usually mapped from its file, to the card: several threads copy or convert pieces into pinned
/// memory, from where the card takes one while the next is made. On the card it takes its turn in the context's main stream: it
/// overwrites memory after what was queued there before, and what is queued there afterwards finds the weights.
/// Used by one thread at a time; makes the context current.
/// </summary>
internal sealed unsafe class WeightUpload : IDisposable
{
    private const int Buffers = 4;
    private const long BufferBytes = 32 << 20;

    // One thread copies 2 to 7 GB/s out of the page cache; eight of them outrun the bus.
    private const int MostThreads = 8;

    // What a thread takes at once: large enough to be worth it, small enough that all have something to do until the end.
    private const long BlockBytes = 1 << 20;

    private readonly CudaContext context;
    private readonly CudaStream stream;
    private readonly StagingRing staging;
    private readonly CudaEvent turn;
    private readonly ParallelOptions threads;
    private int disposed;

    /// <param name="context">The card.</param>
    /// <param name="threads">Threads that copy. Default: as many as there are processors, at most 8.</param>
    /// <exception cref="InferenceException">The host has no memory to pin (128 MiB).</exception>
    public WeightUpload(CudaContext context, int? threads = null)
    {
        this.context = context;
        this.threads = new ParallelOptions { MaxDegreeOfParallelism = threads ?? Math.Min(MostThreads, Environment.ProcessorCount) };
        stream = new CudaStream(context);
        try
        {
            turn = new CudaEvent();
            staging = new StagingRing(stream, Buffers, BufferBytes);
        }
        catch
        {
            turn?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Brings numbers to the card. They are read before this returns.</summary>
    /// <param name="source">The numbers; need not be aligned.</param>
    /// <param name="from">Their type.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="storage">Their type there.</param>
    /// <exception cref="NotSupportedException">A type is neither float32, bfloat16 nor float16.</exception>
    public void Upload(ReadOnlySpan<byte> source, DType from, DevicePointer to, DType storage)
    {
        context.MakeCurrent();
        int sourceBytes = NumberConversion.BytesOf(from);
        int targetBytes = NumberConversion.BytesOf(storage);
        fixed (byte* first = source) Run(first, source.Length / sourceBytes, new Form(from, sourceBytes, storage, targetBytes, 1, 1), to);
    }

    /// <summary>Brings a matrix to the card, whose rows may lie further apart there; what is between them becomes 0.</summary>
    /// <param name="source">[rows, columns], row-major; need not be aligned.</param>
    /// <param name="from">Type of its numbers.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="to">Where the first row goes.</param>
    /// <param name="storage">Their type there.</param>
    /// <param name="stride">Numbers from one row to the next there, at least <paramref name="columns"/>.</param>
    /// <exception cref="NotSupportedException">A type is neither float32, bfloat16 nor float16, or a row is longer than 32 MiB.</exception>
    public void Upload(ReadOnlySpan<byte> source, DType from, int columns, DevicePointer to, DType storage, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        if (stride == columns)
        {
            Upload(source, from, to, storage);
            return;
        }

        context.MakeCurrent();
        int sourceBytes = NumberConversion.BytesOf(from);
        int targetBytes = NumberConversion.BytesOf(storage);
        if ((long)stride * targetBytes > staging.Longest) throw new NotSupportedException($"Rows of {stride} numbers are not brought to the card.");
        fixed (byte* first = source) Run(first, source.Length / sourceBytes / columns, new Form(from, sourceBytes, storage, targetBytes, columns, stride), to);
    }

    /// <summary>Waits on the host until everything is on the card.</summary>
    /// <exception cref="InferenceException">A copy failed.</exception>
    public void Finish() => stream.Synchronize();

    /// <summary>Frees the pinned memory, once nothing reads it any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        if (context.TryMakeCurrent()) _ = Driver.cuStreamSynchronize(stream.Handle);
        staging.Dispose();
        turn.Dispose();
        stream.Dispose();
    }

    private void Run(byte* source, long rows, Form form, DevicePointer to)
    {
        turn.Record(context.Stream);
        stream.Wait(turn);
        while (rows > 0)
        {
            byte* piece = staging.Take(rows * form.TargetRow, form.TargetRow, out long bytes);
            long count = bytes / form.TargetRow;
            Fill(source, piece, count, form);
            stream.CopyToDevice(to, (nint)piece, bytes);
            source += count * form.SourceRow;
            rows -= count;
            to += bytes;
        }

        turn.Record(stream);
        context.Stream.Wait(turn);
    }

    /// <summary>Makes so many rows of a piece, with all threads if it is worth it.</summary>
    private void Fill(byte* source, byte* target, long rows, Form form)
    {
        long rowsOfBlock = Math.Max(1, BlockBytes / form.TargetRow);
        long blocks = (rows + rowsOfBlock - 1) / rowsOfBlock;
        if (blocks == 1 || threads.MaxDegreeOfParallelism == 1)
        {
            form.Convert(source, target, rows);
            return;
        }

        nint from = (nint)source;
        nint to = (nint)target;
        Parallel.For(0, blocks, threads, block =>
        {
            long first = block * rowsOfBlock;
            form.Convert((byte*)from + (first * form.SourceRow), (byte*)to + (first * form.TargetRow), Math.Min(rowsOfBlock, rows - first));
        });
    }

    /// <summary>How rows lie in the checkpoint and on the card.</summary>
    private readonly record struct Form(DType From, int SourceBytes, DType To, int TargetBytes, int Columns, int Stride)
    {
        public long SourceRow => (long)Columns * SourceBytes;

        public long TargetRow => (long)Stride * TargetBytes;

        public void Convert(byte* source, byte* target, long rows)
        {
            if (Stride == Columns)
            {
                NumberConversion.Convert(source, From, target, To, rows * Columns);
                return;
            }

            for (long row = 0; row < rows; row++)
            {
                byte* start = target + (row * TargetRow);
                NumberConversion.Convert(source + (row * SourceRow), From, start, To, Columns);
                new Span<byte>(start + ((long)Columns * TargetBytes), (Stride - Columns) * TargetBytes).Clear();
            }
        }
    }
}
