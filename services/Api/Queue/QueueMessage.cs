using System.Security.Cryptography;
using System.Text.Json;

namespace Serverless.Api.Queue;

/// <summary>
/// A message of the job queue: a job's document, or <c>{"spec_uri": "az://..."}</c> where it lies. A dead letter that was put back is the message that it
/// was made of, so that whoever moves letters between queues need not open them.
/// </summary>
/// <param name="Content">The content as it came, out of its letter.</param>
/// <param name="Text">The same as text; null if it is none.</param>
/// <param name="SpecUri">Where the document is, if it is not in the message.</param>
internal sealed record QueueMessage(byte[] Content, string? Text, string? SpecUri)
{
    /// <summary>Names the content: the same message again is the same job.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>Reads one. What it says is looked at later.</summary>
    public static QueueMessage Read(byte[] content)
    {
        if (StrictText.Of(content) is not { } text)
        {
            return new QueueMessage(content, Text: null, SpecUri: null);
        }

        var fields = FieldsOf(text);
        return fields.GetValueOrDefault(DeadLetter.MessageField) is { } inner && fields.ContainsKey(DeadLetter.ReasonField)
            ? Read(StrictText.Encoding.GetBytes(inner))
            : new QueueMessage(content, text, fields.GetValueOrDefault("spec_uri"));
    }

    /// <summary>The fields of text at the top of a JSON object; of anything else none.</summary>
    private static Dictionary<string, string> FieldsOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind is not JsonValueKind.Object ? [] : document.RootElement.EnumerateObject()
                .Where(field => field.Value.ValueKind is JsonValueKind.String)
                .DistinctBy(field => field.Name)
                .ToDictionary(field => field.Name, field => field.Value.GetString()!);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // YAML, or no document at all (or half a surrogate pair), which the reader of documents says better.
            return [];
        }
    }
}
