using Serverless.Inference.Kernels;

namespace Serverless.Inference.Models;

/// <summary>The weights of one transformer layer.</summary>
internal sealed class DecoderLayer : IDisposable
{
    /// <summary>Norm before attention.</summary>
    public required Vector InputNorm { get; init; }

    /// <summary>Query, key and value projections, stacked.</summary>
    public required Matrix Qkv { get; init; }

    /// <summary>Their biases.</summary>
    public Vector? QkvBias { get; init; }

    /// <summary>Norms of query and key heads.</summary>
    public HeadNorm? HeadNorm { get; init; }

    /// <summary>Output projection of attention.</summary>
    public required Matrix Output { get; init; }

    /// <summary>Its bias.</summary>
    public Vector? OutputBias { get; init; }

    /// <summary>Norm before the MLP.</summary>
    public required Vector PostNorm { get; init; }

    /// <summary>Gate and up projections, stacked.</summary>
    public required Matrix GateUp { get; init; }

    /// <summary>Their biases.</summary>
    public Vector? GateUpBias { get; init; }

    /// <summary>Down projection.</summary>
    public required Matrix Down { get; init; }

    /// <summary>Its bias.</summary>
    public Vector? DownBias { get; init; }

    /// <summary>Positions that a token sees; null for all.</summary>
    public int? Window { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        InputNorm.Dispose();
        Qkv.Dispose();
        QkvBias?.Dispose();
        HeadNorm?.Query.Dispose();
        HeadNorm?.Key.Dispose();
        Output.Dispose();
        OutputBias?.Dispose();
        PostNorm.Dispose();
        GateUp.Dispose();
        GateUpBias?.Dispose();
        Down.Dispose();
        DownBias?.Dispose();
    }
}
