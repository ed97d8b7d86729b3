using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Datasets;

/// <summary>
/// Batch input files of the OpenAI API: a line is <c>{custom_id, method, url, body}</c>. A line that is not is a row with an error.
/// (https://platform.openai.com/docs/guides/batch)
/// </summary>
internal sealed class OpenAIBatchFormat() : TextFormat((stream, range, cancellationToken) => JsonlReader.ReadAsync(stream, range, null, cancellationToken))
{
    public const string CustomId = "custom_id";
    public const string Url = "url";
    public const string Body = "body";
    public const string ChatUrl = "/v1/chat/completions";
    public const string CompletionsUrl = "/v1/completions";

    static readonly string[] Urls = [ChatUrl, CompletionsUrl];

    protected override string? Refuse(Row row) =>
        !(row.TryGet(CustomId, out var id) && id is string { Length: > 0 }) ? "\"custom_id\": expected a text"
        : !(row.TryGet("method", out var method) && method is "POST") ? $"\"method\": expected POST, found {RowValue.Describe(method)}"
        : !(row.TryGet(Url, out var url) && url is string address && Urls.Contains(address)) ? $"\"url\": expected one of {string.Join(", ", Urls)}, found {RowValue.Describe(url)}"
        : !(row.TryGet(Body, out var body) && body is IReadOnlyDictionary<string, object?>) ? $"\"body\": expected a mapping, found {RowValue.Describe(body)}"
        : null;
}
