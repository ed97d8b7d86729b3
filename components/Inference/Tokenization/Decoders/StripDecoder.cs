namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Cuts up to so many of one character off the ends of each token.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : DecoderSpec
{
    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined) => joined ? new Parts(this, next) : new Whole(this, next);

    private int LeadingIn(string text, int most)
    {
        int count = 0;
        while (count < most && count < text.Length && text[count] == content)
            count++;
        return count;
    }

    private int TrailingIn(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (count < stop && count < text.Length && text[^(count + 1)] == content)
            count++;
        return count;
    }

    private sealed class Whole(StripDecoder spec, DecoderStep next) : DecoderStep
    {
        public override void Push(string text)
        {
            string rest = text[spec.LeadingIn(text, spec.Start)..];
            next.Push(rest[..^spec.TrailingIn(rest)]);
        }

        public override void End() => next.End();
    }

    /// <summary>The same for one token in parts: what may turn out to be its end is held back.</summary>
    private sealed class Parts(StripDecoder spec, DecoderStep next) : DecoderStep
    {
        private int _toCut = spec.Start;
        private string _held = "";

        public override void Push(string text)
        {
            int cut = spec.LeadingIn(text, _toCut);
            _toCut = cut < text.Length ? 0 : _toCut - cut;
            string rest = _held + text[cut..];
            int hold = spec.TrailingIn(rest);
            _held = rest[^hold..];
            if (rest.Length > hold)
                next.Push(rest[..^hold]);
        }

        // What is still held back is what had to be cut off.
        public override void End() => next.End();
    }

    private int Start => start;
}
