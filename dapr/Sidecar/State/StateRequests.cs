using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.State;

/// <summary>An entry as the API takes it.</summary>
internal sealed record StateRequest
{
    [JsonPropertyName("key")]
    public string? Key { get; init; }

    [JsonPropertyName("value")]
    public JsonElement Value { get; init; }

    [JsonPropertyName("etag")]
    public string? ETag { get; init; }

    [JsonPropertyName("metadata")]
    public Dictionary<string, string>? Metadata { get; init; }

    [JsonPropertyName("options")]
    public StateRequestOptions? Options { get; init; }

    /// <summary>The change that it asks for.</summary>
    /// <exception cref="BadRequestException">It is no valid request.</exception>
    public StateChange ToChange(Func<string, string> fullKey, bool delete, IReadOnlyDictionary<string, string>? common = null)
    {
        var key = RequireKey(Key);
        var value = delete ? null : Value.ValueKind == JsonValueKind.Undefined ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(Value);
        return new StateChange(fullKey(key), value, string.IsNullOrEmpty(ETag) ? null : ETag, Options.IsFirstWrite(), TimeToLive(Metadata) ?? TimeToLive(common));
    }

    /// <summary>A key, if it may be one.</summary>
    /// <exception cref="BadRequestException">It may not.</exception>
    public static string RequireKey(string? key) =>
        string.IsNullOrEmpty(key) ? throw new BadRequestException("a state item has no \"key\"")
        : key.Contains(StateKeys.Separator, StringComparison.Ordinal) ? throw new BadRequestException($"input key/keyPrefix '{key}' can't contain '{StateKeys.Separator}'")
        : key;

    private static TimeSpan? TimeToLive(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null || !metadata.TryGetValue("ttlInSeconds", out var text) ? null
        : !int.TryParse(text, out var seconds) ? throw new BadRequestException($"incorrect value for metadata \"ttlInSeconds\": \"{text}\" is no whole number")
        : seconds > 0 ? TimeSpan.FromSeconds(seconds)
        : null;
}

/// <summary>How a change treats others and copies.</summary>
internal sealed record StateRequestOptions
{
    [JsonPropertyName("concurrency")]
    public string? Concurrency { get; init; }

    [JsonPropertyName("consistency")]
    public string? Consistency { get; init; }
}

/// <summary>Checks of the options.</summary>
internal static class StateRequestChecks
{
    /// <summary>Whether <c>concurrency</c> is <c>first-write</c>. Every read and write here is <c>strong</c>.</summary>
    /// <exception cref="BadRequestException">An option has a value that Dapr does not have.</exception>
    public static bool IsFirstWrite(this StateRequestOptions? options)
    {
        if (options?.Concurrency is { Length: > 0 } concurrency and not ("first-write" or "last-write"))
        {
            throw new BadRequestException($"unrecognized concurrency model '{concurrency}'; allowed: first-write, last-write");
        }

        if (options?.Consistency is { Length: > 0 } consistency and not ("strong" or "eventual"))
        {
            throw new BadRequestException($"unrecognized consistency model '{consistency}'; allowed: strong, eventual");
        }

        return options?.Concurrency == "first-write";
    }
}

/// <summary>Keys to read at once.</summary>
internal sealed record StateBulkRequest
{
    [JsonPropertyName("keys")]
    public List<string> Keys { get; init; } = [];
}

/// <summary>Changes to make at once.</summary>
internal sealed record StateTransactionRequest
{
    [JsonPropertyName("operations")]
    public List<StateOperation> Operations { get; init; } = [];

    [JsonPropertyName("metadata")]
    public Dictionary<string, string>? Metadata { get; init; }
}

/// <summary>One of them: <c>upsert</c> or <c>delete</c>.</summary>
internal sealed record StateOperation
{
    [JsonPropertyName("operation")]
    public string? Operation { get; init; }

    [JsonPropertyName("request")]
    public StateRequest? Request { get; init; }
}
