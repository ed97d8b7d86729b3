namespace Dapr.SidecarApi;

/// <summary>What an output binding answered.</summary>
/// <param name="Data">The bytes; empty when there are none.</param>
/// <param name="Metadata">What it says about them, by name without regard to case.</param>
public sealed record BindingReply(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata);
