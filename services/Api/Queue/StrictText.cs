using System.Text;

namespace Serverless.Api.Queue;

/// <summary>UTF-8 without replacement: what is no text is noticed and not changed.</summary>
internal static class StrictText
{
    /// <summary>Throws at bytes that are no UTF-8.</summary>
    public static UTF8Encoding Encoding { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The text; null if the bytes are none.</returns>
    public static string? Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
