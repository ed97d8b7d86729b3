using Serverless.Inference.Tokenization.Decoders;
using Serverless.Inference.Tokenization.PreTokenizers;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads the <c>decoder</c> of a tokenizer.json.</summary>
internal static class DecoderReader
{
    private const string Supported = "ByteLevel, Metaspace, Replace, ByteFallback, Fuse, Strip, Sequence";

    /// <summary>The decoders in order.</summary>
    public static DecoderSpec[] Read(JsonPart json) => json.IsNull ? [new SpaceBetween()] : [.. Flatten(json)];

    private static IEnumerable<DecoderSpec> Flatten(JsonPart json) => json.Type switch
    {
        "Sequence" => json["decoders"].Items().SelectMany(Flatten),
        "ByteLevel" => [new ByteLevelDecoder()],
        "Metaspace" => [new MetaspaceDecoder(json["replacement"].Character(), PreTokenizerReader.MetaspaceScheme(json) != PrependScheme.Never)],
        "Replace" => [new ReplaceDecoder(PatternReader.Read(json["pattern"]), json["content"].Text())],
        "ByteFallback" => [new ByteFallbackDecoder()],
        "Fuse" => [new FuseDecoder()],
        "Strip" => [new StripDecoder(json["content"].Character(), json["start"].Whole(), json["stop"].Whole())],
        string other => throw json["type"].Unsupported(other, Supported),
    };
}
