namespace Serverless.Benchmarks.Generation;

/// <summary>The shape of the model that engines are compared on: a Llama of 123 million parameters with tied embeddings.</summary>
public static class ModelShape
{
    /// <summary>Rows of the embedding table.</summary>
    public const int Vocabulary = 32_000;

    /// <summary>Width of the residual stream.</summary>
    public const int Hidden = 1024;

    /// <summary>Width of the MLP.</summary>
    public const int Intermediate = 2816;

    /// <summary>Layers.</summary>
    public const int Layers = 8;

    /// <summary>Query heads.</summary>
    public const int Heads = 16;

    /// <summary>Key and value heads.</summary>
    public const int KeyValueHeads = 4;

    /// <summary>Numbers of one head.</summary>
    public const int HeadSize = 64;

    /// <summary>Longest context.</summary>
    public const int Context = 2048;

    /// <summary>Epsilon of the norms.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>Base of the rotary frequencies.</summary>
    public const float RopeBase = 10_000f;
}

/// <summary>A weight: its Hugging Face name, its shape (columns 0 for a vector) and its numbers in bf16.</summary>
/// <param name="Name">As in model.safetensors.</param>
/// <param name="Rows">Outputs, or the length of a vector.</param>
/// <param name="Columns">Inputs; 0 for a vector.</param>
/// <param name="Values">Row by row.</param>
public sealed record Weight(string Name, int Rows, int Columns, ushort[] Values);
