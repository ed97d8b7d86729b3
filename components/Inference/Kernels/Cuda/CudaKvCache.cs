namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Keys and values on the card: [layer][keys, values][block][kv head][token of the block][number of the head]. One block more than its
/// shape says takes what the padding of a step writes.
/// </summary>
internal sealed class CudaKvCache : KvCache
{
    private readonly CudaArena arena;
    private int disposed;

    /// <param name="arena">Where it lies.</param>
    /// <param name="shape">Its shape.</param>
    public CudaKvCache(CudaArena arena, KvCacheShape shape)
    {
        this.arena = arena;
        Shape = shape;
        BlockNumbers = (long)shape.BlockSize * shape.KvHeads * shape.HeadSize;
        PlaneNumbers = (shape.Blocks + 1) * BlockNumbers;
        Data = arena.Allocate(2 * shape.Layers * PlaneNumbers * Layout.Bytes(shape.Storage));
    }

    /// <inheritdoc/>
    public override KvCacheShape Shape { get; }

    /// <summary>Numbers of a block's keys (or values) in one layer.</summary>
    public long BlockNumbers { get; }

    /// <summary>Numbers of a layer's keys (or values).</summary>
    public long PlaneNumbers { get; }

    /// <summary>Its first number.</summary>
    public DevicePointer Data { get; }

    /// <summary>The keys of a layer; its values follow <see cref="PlaneNumbers"/> further on.</summary>
    public DevicePointer Keys(int layer) => Data + (2 * layer * PlaneNumbers * Layout.Bytes(Shape.Storage));

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0) arena.Free(Data);
    }
}
