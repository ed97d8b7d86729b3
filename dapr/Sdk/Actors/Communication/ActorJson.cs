using System.Text.Json;

namespace Dapr.Actors.Communication;

/// <summary>The JSON of actors unless an app says otherwise.</summary>
internal static class ActorJson
{
    /// <summary>Camel-cased names, read without regard to case. Not the whole of the web defaults: a number in a string is an error.</summary>
    public static JsonSerializerOptions DefaultOptions => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = true,
    };

    /// <summary>How a writer escapes and checks as the serializer does.</summary>
    public static JsonWriterOptions Writer(JsonSerializerOptions json) => new() { Encoder = json.Encoder, MaxDepth = json.MaxDepth };

    /// <summary>How a reader reads what the serializer reads.</summary>
    public static JsonReaderOptions Reader(JsonSerializerOptions json) =>
        new() { AllowTrailingCommas = json.AllowTrailingCommas, CommentHandling = json.ReadCommentHandling, MaxDepth = json.MaxDepth };
}
