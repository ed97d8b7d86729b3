using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Models;

/// <summary>All weights of a decoder-only transformer, packed for their backend.</summary>
internal sealed class DecoderWeights : IDisposable
{
    /// <summary>A row for each token.</summary>
    public required Matrix Embedding { get; init; }

    /// <summary>The layers in order.</summary>
    public required IReadOnlyList<DecoderLayer> Layers { get; init; }

    /// <summary>Norm before the head.</summary>
    public required Vector FinalNorm { get; init; }

    /// <summary>The projection to logits; the embedding itself if they are tied.</summary>
    public required Matrix Head { get; init; }

    /// <summary>Packs the weights of a checkpoint, tensor by tensor. Nothing of it is needed afterwards.</summary>
    /// <exception cref="InferenceException">A tensor is missing, has the wrong shape, or has no place in the model.</exception>
    public static DecoderWeights Load(ModelConfig config, Weights checkpoint, IKernels kernels, DType storage, CancellationToken cancellationToken)
    {
        var loader = new DecoderWeightsLoader(config, checkpoint, kernels, storage);
        return loader.Load(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        foreach (var layer in Layers) layer.Dispose();
        FinalNorm.Dispose();
        if (Head != Embedding) Head.Dispose();
    }
}
