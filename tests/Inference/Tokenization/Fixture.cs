using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Inference.Tests.Tokenization;

/// <summary>The fixtures of Fixtures/tokenizers; make.py there says what each holds.</summary>
internal static class Fixture
{
    /// <summary>The tokenizers that there are fixtures of.</summary>
    public static readonly string[] Styles =
    [
        "gpt2", "roberta", "llama3", "qwen2", "qwen-marks", "cl100k", "o200k", "deepseek", "falcon", "llama2", "llama2-across", "metaspace", "nfkc", "accents",
    ];

    /// <summary>One file.</summary>
    public static JsonElement Read(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "tokenizers", $"{name}.json.gz");
        using var unpacked = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return JsonDocument.Parse(unpacked).RootElement;
    }

    /// <summary>The strings that the other files are about.</summary>
    public static string[] Texts() => Read("texts").Deserialize<string[]>()!;

    /// <summary>The tokenizer of a style, in a folder of its own.</summary>
    public static TokenizerFolder Folder(JsonElement style) => new(JsonNode.Parse(style.GetProperty("tokenizer").GetRawText())!);

    /// <summary>Text with every character but printable ASCII escaped, for messages.</summary>
    public static string Show(string text) => JsonSerializer.Serialize(text);
}
