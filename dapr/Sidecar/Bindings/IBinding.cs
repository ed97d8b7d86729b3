using System.Text.Json;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Bindings;

/// <summary>What an output binding is asked to do. Data is JSON.</summary>
internal sealed record BindingRequest(string Operation, byte[] Data, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The data as it is meant: of a JSON text, the text; else the JSON.</summary>
    public byte[] Content() =>
        Data.Length > 0 && Data[0] == (byte)'"' ? JsonSerializer.Deserialize<string>(Data) is { } text ? System.Text.Encoding.UTF8.GetBytes(text) : [] : Data;

    /// <summary>The time to live of its metadata; null where it has none.</summary>
    /// <exception cref="BadRequestException">It is no whole number.</exception>
    public TimeSpan? TimeToLive() =>
        !Metadata.TryGetValue("ttlInSeconds", out var text) ? null
        : int.TryParse(text, out var seconds) ? TimeSpan.FromSeconds(seconds)
        : throw new BadRequestException($"ttlInSeconds is \"{text}\"; a whole number is needed");
}

/// <summary>What an output binding answers.</summary>
internal sealed record BindingResult(byte[]? Data = null, IReadOnlyDictionary<string, string>? Metadata = null, string ContentType = "application/json")
{
    /// <summary>Nothing to say.</summary>
    public static readonly BindingResult Empty = new();
}

/// <summary>A binding that an app calls.</summary>
internal interface IOutputBinding : IComponent
{
    /// <summary>What it can be asked to do.</summary>
    IReadOnlyList<string> Operations { get; }

    /// <summary>Does it.</summary>
    Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellation);
}

/// <summary>Something that an input binding brings.</summary>
internal sealed record BindingEvent(byte[] Data, IReadOnlyDictionary<string, string> Metadata, string ContentType = "application/json");

/// <summary>A binding that calls an app.</summary>
internal interface IInputBinding : IComponent
{
    /// <summary>Brings events to a handler until it is cancelled. What the handler does not take (false) comes again, where the source can do that.</summary>
    Task ReadAsync(Func<BindingEvent, CancellationToken, Task<bool>> handle, CancellationToken cancellation);
}
