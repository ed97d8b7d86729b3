using TorchSharp;

namespace Serverless.Inference.Torch;

/// <summary>Activations [rows, columns].</summary>
/// <param name="data">The numbers; disposed with this.</param>
internal sealed class TorchTensor(torch.Tensor data) : Tensor
{
    /// <inheritdoc/>
    public override int Rows { get; } = (int)data.shape[0];

    /// <inheritdoc/>
    public override int Columns { get; } = (int)data.shape[1];

    /// <summary>All rows.</summary>
    public torch.Tensor Data => data;

    /// <summary>The first rows, a view.</summary>
    public torch.Tensor First(int rows) => data.narrow(0, 0, rows);

    /// <inheritdoc/>
    public override void Dispose() => data.Dispose();
}

/// <summary>A weight matrix [outputs, inputs], as in checkpoints.</summary>
/// <param name="data">The numbers; disposed with this.</param>
/// <param name="storage">Their type.</param>
internal sealed class TorchMatrix(torch.Tensor data, DType storage) : Matrix
{
    /// <inheritdoc/>
    public override int Rows { get; } = (int)data.shape[0];

    /// <inheritdoc/>
    public override int Columns { get; } = (int)data.shape[1];

    /// <inheritdoc/>
    public override DType Storage => storage;

    /// <inheritdoc/>
    public override long Bytes { get; } = data.NumberOfElements * data.ElementSize;

    /// <summary>The numbers.</summary>
    public torch.Tensor Data => data;

    /// <inheritdoc/>
    public override void Dispose() => data.Dispose();
}

/// <summary>A vector of weights, twice: norms multiply in float32, a bias has the type of what it is added to.</summary>
/// <param name="values">The numbers as float32; disposed with this.</param>
/// <param name="bias">The numbers in the type of activations; disposed with this.</param>
internal sealed class TorchVector(torch.Tensor values, torch.Tensor bias) : Vector
{
    /// <inheritdoc/>
    public override int Length { get; } = (int)values.shape[0];

    /// <summary>The numbers as float32.</summary>
    public torch.Tensor Values => values;

    /// <summary>The numbers in the type of activations.</summary>
    public torch.Tensor Bias => bias;

    /// <inheritdoc/>
    public override void Dispose()
    {
        values.Dispose();
        bias.Dispose();
    }
}

/// <summary>Keys and values: [2 * layer (+ 1 for values)][slot][kv head * head size], where a slot is block * block size + token.</summary>
/// <param name="data">The numbers; disposed with this.</param>
/// <param name="shape">Its shape.</param>
internal sealed class TorchKvCache(torch.Tensor data, KvCacheShape shape) : KvCache
{
    /// <inheritdoc/>
    public override KvCacheShape Shape => shape;

    /// <summary>The numbers.</summary>
    public torch.Tensor Data => data;

    /// <summary>Keys of a layer [slots, kv heads * head size], a view.</summary>
    public torch.Tensor Keys(int layer) => data.select(0, 2L * layer);

    /// <summary>Values of a layer [slots, kv heads * head size], a view.</summary>
    public torch.Tensor Values(int layer) => data.select(0, (2L * layer) + 1);

    /// <inheritdoc/>
    public override void Dispose() => data.Dispose();
}
