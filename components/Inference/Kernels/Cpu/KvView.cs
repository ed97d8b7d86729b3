namespace Serverless.Inference.Kernels.Cpu;

/// <summary>One layer of a KV cache, as kernels see it.</summary>
internal readonly unsafe struct KvView
{
    private readonly byte* _layer;
    private readonly long _blockBytes;
    private readonly long _headBytes;
    private readonly long _partBytes;

    public KvView(CpuKvCache cache, int layer)
    {
        _layer = cache.Layer(layer);
        _blockBytes = cache.BlockBytes;
        _headBytes = cache.HeadBytes;
        _partBytes = cache.PartBytes;
        BlockSize = cache.Shape.BlockSize;
        HeadSize = cache.Shape.HeadSize;
        PaddedHead = cache.PaddedHead;
        Storage = cache.Shape.Storage;
    }

    public int BlockSize { get; }

    public int HeadSize { get; }

    public int PaddedHead { get; }

    public DType Storage { get; }

    private int ElementBytes => Storage == DType.Float32 ? 4 : 2;

    /// <summary>Tile of 16 keys that holds token <paramref name="offset"/> of a block: [dimension pair][16].</summary>
    public byte* Keys(int block, int head, int offset) =>
        _layer + (block * _blockBytes) + (head * _headBytes) + ((long)(offset / CpuKvCache.Tile) * CpuKvCache.Tile * PaddedHead * ElementBytes);

    /// <summary>Values from token <paramref name="offset"/> (even) of a block on: [token pair][dimension].</summary>
    public byte* Values(int block, int head, int offset) =>
        _layer + (block * _blockBytes) + (head * _headBytes) + _partBytes + ((long)offset * PaddedHead * ElementBytes);

    /// <summary>Writes one token's key and value.</summary>
    public void Store(int slot, int head, float* key, float* value)
    {
        int block = slot / BlockSize;
        int offset = slot % BlockSize;
        byte* keys = Keys(block, head, offset);
        byte* values = Values(block, head, offset / 2 * 2);
        int lane = offset % CpuKvCache.Tile;
        if (Storage == DType.Float32)
        {
            float* targetKeys = (float*)keys + lane;
            float* targetValues = (float*)values + (offset % 2 * PaddedHead);
            for (int d = 0; d < HeadSize; d++)
            {
                targetKeys[d * CpuKvCache.Tile] = key[d];
                targetValues[d] = value[d];
            }

            return;
        }

        ushort* keys16 = (ushort*)keys + (lane * 2);
        ushort* values16 = (ushort*)values + (offset % 2);
        for (int d = 0; d < HeadSize; d++)
        {
            keys16[(d / 2 * CpuKvCache.Tile * 2) + (d % 2)] = Numbers.To16Bits(key[d], Storage);
            values16[d * 2] = Numbers.To16Bits(value[d], Storage);
        }
    }
}
