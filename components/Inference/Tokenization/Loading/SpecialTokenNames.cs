using System.Text.Json;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Which tokens begin and end texts, as tokenizer_config.json says, and where that is silent special_tokens_map.json.</summary>
internal sealed record SpecialTokenNames(string? Bos, string? Eos, string? Unknown, string? Pad)
{
    /// <summary>Reads the two files of a model folder, if they are there.</summary>
    public static SpecialTokenNames Read(string folder)
    {
        JsonPart[] files = [Parse(Path.Combine(folder, "tokenizer_config.json")), Parse(Path.Combine(folder, "special_tokens_map.json"))];
        return new SpecialTokenNames(Name("bos_token"), Name("eos_token"), Name("unk_token"), Name("pad_token"));

        string? Name(string field) => files.Where(file => !file.IsNull).Select(file => NameOf(file[field])).FirstOrDefault(name => name is not null);
    }

    private static string? NameOf(JsonPart token) =>
        token.Value.ValueKind == JsonValueKind.Object ? token["content"].Text() : token.TextOrNull();

    private static JsonPart Parse(string path)
    {
        if (!File.Exists(path))
            return new JsonPart(default, path, "");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new JsonPart(document.RootElement.Clone(), path, "");
        }
        catch (JsonException error)
        {
            throw new InferenceException(InferenceErrorCodes.ModelFile, $"{path}: not valid JSON: {error.Message}", error);
        }
    }
}
