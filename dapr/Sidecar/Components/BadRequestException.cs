namespace Dapr.Sidecar.Components;

/// <summary>A caller's request cannot be understood; the message says why.</summary>
internal sealed class BadRequestException(string message, string code = "ERR_MALFORMED_REQUEST") : Exception(message)
{
    /// <summary>Dapr's error code.</summary>
    public string Code { get; } = code;
}
