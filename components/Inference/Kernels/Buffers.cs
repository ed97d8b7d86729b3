namespace Serverless.Inference.Kernels;

/// <summary>Activations: rows x columns numbers on the device.</summary>
public abstract class Tensor : IDisposable
{
    /// <summary>Capacity in rows.</summary>
    public abstract int Rows { get; }

    /// <summary>Numbers of one row.</summary>
    public abstract int Columns { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A weight matrix, packed for its backend.</summary>
public abstract class Matrix : IDisposable
{
    /// <summary>Outputs.</summary>
    public abstract int Rows { get; }

    /// <summary>Inputs.</summary>
    public abstract int Columns { get; }

    /// <summary>How the numbers are stored.</summary>
    public abstract DType Storage { get; }

    /// <summary>Bytes on the device.</summary>
    public abstract long Bytes { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A vector of weights.</summary>
public abstract class Vector : IDisposable
{
    /// <summary>Numbers.</summary>
    public abstract int Length { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Keys and values of all layers in blocks.</summary>
public abstract class KvCache : IDisposable
{
    /// <summary>Its shape.</summary>
    public abstract KvCacheShape Shape { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A checkpoint's matrix [rows, columns], row-major, before it is packed. The memory must outlive the call.</summary>
/// <param name="Data">Its bytes (memory-mapped).</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Rows">Outputs.</param>
public readonly record struct WeightSource(ReadOnlyMemory<byte> Data, DType Type, int Rows);

/// <summary>How large a KV cache is.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="Blocks">Blocks, each of all layers.</param>
/// <param name="BlockSize">Tokens of one block.</param>
/// <param name="KvHeads">Key (and value) heads.</param>
/// <param name="HeadSize">Numbers of one head.</param>
/// <param name="Storage">
/// How keys and values are stored. Default: <see cref="DType.BFloat16"/>, as models in bfloat16 compute them anyway; take
/// <see cref="DType.Float32"/> beside float32 weights and <see cref="DType.Float16"/> beside float16 ones.
/// </param>
public sealed record KvCacheShape(int Layers, int Blocks, int BlockSize, int KvHeads, int HeadSize, DType Storage = DType.BFloat16);

/// <summary>Copies one block over another.</summary>
/// <param name="Source">Block to read.</param>
/// <param name="Destination">Block to overwrite.</param>
public readonly record struct BlockCopy(int Source, int Destination);

/// <summary>Per-head norm weights (Qwen3).</summary>
/// <param name="Query">Weight of HeadSize numbers for query heads.</param>
/// <param name="Key">Weight of HeadSize numbers for key heads.</param>
/// <param name="Epsilon">Added to the mean square.</param>
public sealed record HeadNorm(Vector Query, Vector Key, float Epsilon);

/// <summary>Cosines and sines of every position, host side; a backend uploads what it needs once.</summary>
/// <param name="Cos">[positions, rotarySize / 2].</param>
/// <param name="Sin">[positions, rotarySize / 2].</param>
/// <param name="RotarySize">Leading numbers of a head that are rotated; the head size unless the model rotates partially.</param>
/// <param name="QueryHeads">Query heads of a row.</param>
public sealed record RotaryTable(float[] Cos, float[] Sin, int RotarySize, int QueryHeads);
