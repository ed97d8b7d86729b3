using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;

namespace Serverless.Inference.Models;

/// <summary>Finds a family's tensors in a checkpoint, checks their shapes, and hands them to the kernels.</summary>
internal sealed class DecoderWeightsLoader(ModelConfig config, Weights checkpoint, IKernels kernels, DType storage)
{
    private readonly DecoderFamily family = DecoderFamily.Of(config);
    private readonly HashSet<string> used = [];
    private readonly List<IDisposable> loaded = [];

    /// <summary>Loads everything; frees what was loaded if anything is wrong.</summary>
    public DecoderWeights Load(CancellationToken cancellationToken)
    {
        try
        {
            var embedding = LoadMatrix(DecoderFamily.Names.Embedding, config.VocabSize, config.HiddenSize);
            var layers = new DecoderLayer[config.NumHiddenLayers];
            for (int i = 0; i < layers.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                layers[i] = LoadLayer(i);
            }

            var weights = new DecoderWeights
            {
                Embedding = embedding,
                Layers = layers,
                FinalNorm = LoadVector(DecoderFamily.Names.FinalNorm, config.HiddenSize),
                Head = config.TieWordEmbeddings ? embedding : LoadMatrix(DecoderFamily.Names.Head, config.VocabSize, config.HiddenSize),
            };
            RefuseUnused();
            return weights;
        }
        catch
        {
            foreach (var buffer in loaded) buffer.Dispose();
            throw;
        }
    }

    private DecoderLayer LoadLayer(int index)
    {
        string layer = DecoderFamily.Names.Layer(index);
        int hidden = config.HiddenSize;
        int queries = config.NumAttentionHeads * config.HeadSize;
        int keys = config.NumKeyValueHeads * config.HeadSize;
        int inner = config.IntermediateSize;
        (string Name, int Rows)[] qkv = [(layer + "self_attn.q_proj", queries), (layer + "self_attn.k_proj", keys), (layer + "self_attn.v_proj", keys)];
        (string Name, int Rows)[] gateUp = [(layer + "mlp.gate_proj", inner), (layer + "mlp.up_proj", inner)];
        return new DecoderLayer
        {
            InputNorm = LoadVector(layer + "input_layernorm.weight", hidden),
            Qkv = LoadStacked(qkv, hidden),
            QkvBias = family.HasQkvBias(config) ? LoadStackedBias(qkv) : null,
            HeadNorm = family.HasHeadNorms(config) ? LoadHeadNorm(layer) : null,
            Output = LoadMatrix(layer + "self_attn.o_proj.weight", hidden, queries),
            OutputBias = family.HasOutputBias(config) ? LoadVector(layer + "self_attn.o_proj.bias", hidden) : null,
            PostNorm = LoadVector(layer + "post_attention_layernorm.weight", hidden),
            GateUp = LoadStacked(gateUp, hidden),
            GateUpBias = family.HasMlpBias(config) ? LoadStackedBias(gateUp) : null,
            Down = LoadMatrix(layer + "mlp.down_proj.weight", hidden, inner),
            DownBias = family.HasMlpBias(config) ? LoadVector(layer + "mlp.down_proj.bias", hidden) : null,
            Window = family.Window(config, index),
        };
    }

    private HeadNorm LoadHeadNorm(string layer) => new(
        LoadVector(layer + "self_attn.q_norm.weight", config.HeadSize),
        LoadVector(layer + "self_attn.k_norm.weight", config.HeadSize),
        config.RmsNormEps);

    private Matrix LoadMatrix(string name, int rows, int columns)
    {
        var tensor = Take(name, rows, columns);
        return Keep(kernels.LoadMatrix(tensor.Data.Span, tensor.Type, rows, columns, storage));
    }

    private Matrix LoadStacked((string Name, int Rows)[] parts, int columns) => Keep(kernels.LoadStacked(
        Array.ConvertAll(parts, part => Take(part.Name + ".weight", part.Rows, columns) is var tensor
            ? new WeightSource(tensor.Data, tensor.Type, part.Rows) : default),
        columns,
        storage));

    private Vector LoadVector(string name, int length)
    {
        var tensor = Take(name, length);
        return Keep(kernels.LoadVector(tensor.Data.Span, tensor.Type, length));
    }

    private Vector LoadStackedBias((string Name, int Rows)[] parts)
    {
        float[] values = new float[parts.Sum(part => part.Rows)];
        int start = 0;
        foreach (var (name, rows) in parts)
        {
            Numbers.ToFloat32(Take(name + ".bias", rows), values.AsSpan(start, rows));
            start += rows;
        }

        return Keep(kernels.LoadVector(values));
    }

    private WeightTensor Take(string name, params ReadOnlySpan<int> shape)
    {
        used.Add(name);
        return checkpoint.Get(name, shape);
    }

    private T Keep<T>(T buffer)
        where T : IDisposable
    {
        loaded.Add(buffer);
        return buffer;
    }

    /// <summary>A tensor that nothing uses (a bias, a norm, an adapter) means that the model computes something else than we do.</summary>
    private void RefuseUnused()
    {
        string? unused = checkpoint.Names.Where(name => !used.Contains(name) && !family.MayIgnore(name, config)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unused is null) return;
        checkpoint.TryGet(unused, out var tensor);
        throw new InferenceException(
            InferenceErrorCodes.ModelFile,
            $"{tensor!.File}: tensor {unused} [{string.Join(", ", tensor.Shape)}] has no place in a {config.Architecture} as config.json "
            + "describes it. Check config.json (layers, biases, tied embeddings).");
    }
}
