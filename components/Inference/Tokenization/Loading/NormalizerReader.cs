using System.Text;
using Serverless.Inference.Tokenization.Normalizers;
using Serverless.Inference.Tokenization.Normalizers.Unicode;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads the <c>normalizer</c> of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    private const string Supported = "NFC, NFD, NFKC, NFKD, Prepend, Replace, Strip, StripAccents, Lowercase, ByteLevel, Sequence";

    /// <summary>The normalizers in order; none for null.</summary>
    public static NormalizerChain Read(JsonPart json) => new([.. Flatten(json)]);

    private static IEnumerable<Normalizer> Flatten(JsonPart json)
    {
        if (json.IsNull)
            return [];
        return json.Type switch
        {
            "Sequence" => json["normalizers"].Items().SelectMany(Flatten),
            "NFC" => [new UnicodeNormalizer(NormalizationForm.FormC)],
            "NFD" => [new UnicodeNormalizer(NormalizationForm.FormD)],
            "NFKC" => [new UnicodeNormalizer(NormalizationForm.FormKC)],
            "NFKD" => [new UnicodeNormalizer(NormalizationForm.FormKD)],
            "Prepend" => [new Prepend(json["prepend"].Text())],
            "Replace" => [new Replace(PatternReader.Read(json["pattern"]), json["content"].Text())],
            "Strip" => [new Strip(json["strip_left"].Flag(), json["strip_right"].Flag())],
            "StripAccents" => [new StripAccents()],
            "Lowercase" => [new Lowercase()],
            "ByteLevel" => [new ByteLevel()],
            string other => throw json["type"].Unsupported(other, Supported),
        };
    }
}
