using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Replaces every occurrence of a pattern within each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : DecoderSpec
{
    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined)
    {
        var step = new Step(pattern, content, next);

        // A single character cannot lie across the border of two parts.
        return joined && pattern is not LiteralPattern { Literal.Length: 1 } ? new Collect(step) : step;
    }

    private sealed class Step(TextPattern pattern, string content, DecoderStep next) : DecoderStep
    {
        private readonly TextBuffer _buffer = new();

        public override void Push(string text)
        {
            if (!pattern.TryFind(text, 0, out _, out _))
            {
                next.Push(text);
                return;
            }

            _buffer.Clear();
            pattern.Replace(text, content, _buffer);
            next.Push(_buffer.Span.ToString());
        }

        public override void End() => next.End();
    }
}
