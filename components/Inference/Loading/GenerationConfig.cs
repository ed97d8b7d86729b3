namespace Serverless.Inference.Loading;

/// <summary>
/// What the model's makers recommend for sampling: generation_config.json. A field that the file does not have is null here, so
/// that the engine's own default applies.
/// </summary>
public sealed record GenerationConfig
{
    /// <summary>Sample (true) or take the most probable token (false).</summary>
    public bool? DoSample { get; init; }

    /// <summary>Divides the logits.</summary>
    public float? Temperature { get; init; }

    /// <summary>Keep this many most probable tokens; 0 keeps all.</summary>
    public int? TopK { get; init; }

    /// <summary>Keep the smallest set of most probable tokens whose probability reaches this.</summary>
    public float? TopP { get; init; }

    /// <summary>Keep tokens with at least this share of the best token's probability.</summary>
    public float? MinP { get; init; }

    /// <summary>Divides (positive) or multiplies (negative) logits of tokens that were seen.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Most new tokens.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Begins a text.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end a sequence; empty if the file names none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Reads the file of a model folder; all null if there is none.</summary>
    /// <exception cref="InferenceException">The file is malformed or a value is out of range.</exception>
    internal static GenerationConfig Read(string folder)
    {
        string path = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(path)) return new GenerationConfig();
        var fields = JsonFields.Read(path);
        return new GenerationConfig
        {
            DoSample = fields.Boolean("do_sample"),
            Temperature = InRange(fields, "temperature", 0, float.MaxValue),
            TopK = (int?)InRange(fields, "top_k", -1, int.MaxValue) is { } k ? Math.Max(0, k) : null,
            TopP = InRange(fields, "top_p", float.Epsilon, 1),
            MinP = InRange(fields, "min_p", 0, 1),
            RepetitionPenalty = InRange(fields, "repetition_penalty", float.Epsilon, float.MaxValue),
            MaxNewTokens = fields.OptionalSize("max_new_tokens"),
            BosTokenId = fields.TokenIds("bos_token_id") is [var bos, ..] ? bos : null,
            EosTokenIds = fields.TokenIds("eos_token_id"),
        };
    }

    private static float? InRange(JsonFields fields, string name, double least, double most)
    {
        if (fields.Number(name) is not { } value) return null;
        if (value >= least && value <= most) return (float)value;
        string expected = most == 1 ? $"a number from {(least > 0 ? "above 0" : "0")} to 1" : least > 0 ? "a number above 0" : $"a number from {least} on";
        throw fields.Mismatch(name, expected, fields.Find(name)!.Value);
    }
}
