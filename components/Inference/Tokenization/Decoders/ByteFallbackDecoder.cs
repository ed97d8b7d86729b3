using System.Globalization;
using System.Text;

namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>
/// Reads tokens such as <c>&lt;0x0A&gt;</c> as bytes. A run of them that is UTF-8 becomes its text, one that is not becomes
/// U+FFFD for each byte; so a run is held back until it ends.
/// </summary>
internal sealed class ByteFallbackDecoder : DecoderSpec
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined) => joined ? new Collect(new Step(next)) : new Step(next);

    private static int ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, null, out byte value) ? value : -1;

    private sealed class Step(DecoderStep next) : DecoderStep
    {
        private readonly List<byte> _run = [];

        public override void Push(string text)
        {
            int value = ByteOf(text);
            if (value >= 0)
            {
                _run.Add((byte)value);
                return;
            }

            EndRun();
            next.Push(text);
        }

        public override void End()
        {
            EndRun();
            next.End();
        }

        private void EndRun()
        {
            if (_run.Count == 0)
                return;
            byte[] bytes = [.. _run];
            _run.Clear();
            if (System.Text.Unicode.Utf8.IsValid(bytes))
            {
                next.Push(s_strict.GetString(bytes));
                return;
            }

            for (int i = 0; i < bytes.Length; i++)
                next.Push("\uFFFD");
        }
    }
}
