using Serverless.Inference.Kernels;

namespace Serverless.Inference.Models;

/// <summary>
/// The forward pass of a decoder-only transformer, written once against <see cref="IKernels"/>: weights, and the activations of
/// one step, which are allocated once.
/// </summary>
internal sealed class DecoderModel : IDisposable
{
    private readonly ModelConfig config;
    private readonly IKernels kernels;
    private readonly DecoderWeights weights;
    private readonly RotaryTable rotary;
    private readonly float attentionScale;

    // [rows, hidden]: the sum of all layers so far; its norm; room for what the current half layer adds.
    private readonly Tensor residual;
    private readonly Tensor normed;
    private readonly Tensor delta;

    private readonly Tensor qkv;
    private readonly Tensor attention;
    private readonly Tensor gateUp;
    private readonly Tensor inner;

    // [logit rows, hidden] and [logit rows, vocabulary].
    private readonly Tensor lastRows;
    private readonly Tensor logits;

    /// <summary>Takes the weights over and allocates activations.</summary>
    /// <param name="config">The model.</param>
    /// <param name="weights">Its weights; disposed with this.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="maxPositions">Longest sequence.</param>
    /// <param name="maxRows">Most rows of a step.</param>
    /// <param name="maxLogitRows">Most rows whose logits are computed at once.</param>
    public DecoderModel(ModelConfig config, DecoderWeights weights, IKernels kernels, int maxPositions, int maxRows, int maxLogitRows)
    {
        this.config = config;
        this.weights = weights;
        this.kernels = kernels;
        rotary = RotaryTables.Create(config, maxPositions);
        attentionScale = 1 / MathF.Sqrt(config.HeadSize);
        int queries = config.NumAttentionHeads * config.HeadSize;
        residual = kernels.Allocate(maxRows, config.HiddenSize);
        normed = kernels.Allocate(maxRows, config.HiddenSize);
        delta = kernels.Allocate(maxRows, config.HiddenSize);
        qkv = kernels.Allocate(maxRows, queries + (2 * config.NumKeyValueHeads * config.HeadSize));
        attention = kernels.Allocate(maxRows, queries);
        gateUp = kernels.Allocate(maxRows, 2 * config.IntermediateSize);
        inner = kernels.Allocate(maxRows, config.IntermediateSize);
        lastRows = kernels.Allocate(maxLogitRows, config.HiddenSize);
        logits = kernels.AllocateLogits(maxLogitRows, config.VocabSize);
    }

    /// <summary>Most rows of one <see cref="Logits"/> call.</summary>
    public int MaxLogitRows => logits.Rows;

    /// <summary>Computes all rows of a step that was begun, up to the final norm, and writes their keys and values.</summary>
    public void Forward(StepLayout layout, KvCache cache)
    {
        int rows = layout.RowCount;
        kernels.Embed(weights.Embedding, layout, residual);
        for (int i = 0; i < weights.Layers.Count; i++)
        {
            var layer = weights.Layers[i];
            kernels.RmsNorm(residual, layer.InputNorm, config.RmsNormEps, rows, normed);
            kernels.MatMul(normed, layer.Qkv, layer.QkvBias, rows, qkv);
            kernels.RotaryAttention(qkv, rotary, layer.HeadNorm, layout, cache, i, attentionScale, layer.Window, attention);
            kernels.MatMulAdd(attention, layer.Output, layer.OutputBias, rows, delta, residual);

            kernels.RmsNorm(residual, layer.PostNorm, config.RmsNormEps, rows, normed);
            kernels.SwiGlu(normed, layer.GateUp, layer.GateUpBias, rows, gateUp, inner);
            kernels.MatMulAdd(inner, layer.Down, layer.DownBias, rows, delta, residual);
        }

        kernels.RmsNorm(residual, weights.FinalNorm, config.RmsNormEps, rows, normed);
    }

    /// <summary>Computes the logits of the layout's logit rows, at most <see cref="MaxLogitRows"/>, of the step that <see cref="Forward"/> computed last.</summary>
    /// <returns>[LogitCount, vocabulary], overwritten by the next call.</returns>
    public Tensor Logits(StepLayout layout)
    {
        kernels.Gather(normed, layout, lastRows);
        kernels.MatMul(lastRows, weights.Head, bias: null, layout.LogitCount, logits);
        return logits;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (ReadOnlySpan<Tensor>)[residual, normed, delta, qkv, attention, gateUp, inner, lastRows, logits]) tensor.Dispose();
        weights.Dispose();
    }
}
