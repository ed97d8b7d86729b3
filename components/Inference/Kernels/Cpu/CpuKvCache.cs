namespace Serverless.Inference.Kernels.Cpu;

/// <summary>
/// Keys and values, [layer][block][kv head]; each holds first the keys, then the values of the block's tokens:
/// <list type="bullet">
/// <item>keys lie in tiles of 16 tokens, transposed: [tile][dimension pair][16 tokens], so that scores of 16 tokens are one vector and no
/// sum runs across lanes;</item>
/// <item>values lie in [token pair][dimension].</item>
/// </list>
/// In 16-bit types a pair is the two halves of one 32-bit word; in float32 it is two rows. Dimensions are padded to a multiple of 16
/// with zeros.
/// </summary>
internal sealed unsafe class CpuKvCache : KvCache
{
    /// <summary>Tokens of a tile of keys.</summary>
    public const int Tile = 16;

    private readonly NativeBuffer _buffer;

    public CpuKvCache(KvCacheShape shape)
    {
        if (shape.BlockSize <= 0 || shape.BlockSize % Tile != 0)
        {
            throw new ArgumentException($"BlockSize is {shape.BlockSize}; the CPU backend needs a multiple of {Tile}.", nameof(shape));
        }

        if (shape.Storage == DType.Int8)
        {
            throw new ArgumentException("Storage is Int8; a KV cache holds Float32, BFloat16 or Float16.", nameof(shape));
        }

        if (Math.Min(Math.Min(shape.Layers, shape.Blocks), Math.Min(shape.KvHeads, shape.HeadSize)) <= 0 || shape.HeadSize % 8 != 0)
        {
            throw new ArgumentException($"{shape} is no shape: all sizes must be positive, and the head size a multiple of 8.", nameof(shape));
        }

        Shape = shape;
        PaddedHead = (shape.HeadSize + 15) / 16 * 16;
        ElementBytes = shape.Storage == DType.Float32 ? 4 : 2;
        PartBytes = (long)shape.BlockSize * PaddedHead * ElementBytes;
        _buffer = new NativeBuffer(checked(shape.Layers * LayerBytes));
    }

    public override KvCacheShape Shape { get; }

    /// <summary>Head size, padded.</summary>
    public int PaddedHead { get; }

    public int ElementBytes { get; }

    /// <summary>Bytes of the keys (or values) of one block and head.</summary>
    public long PartBytes { get; }

    /// <summary>Bytes of keys and values of one head.</summary>
    public long HeadBytes => 2 * PartBytes;

    /// <summary>Bytes of one block in one layer.</summary>
    public long BlockBytes => Shape.KvHeads * HeadBytes;

    public long LayerBytes => Shape.Blocks * BlockBytes;

    public byte* Layer(int layer) => _buffer.Pointer + (layer * LayerBytes);

    public override void Dispose() => _buffer.Dispose();
}
