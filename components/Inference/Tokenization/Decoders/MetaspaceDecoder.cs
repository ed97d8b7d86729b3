namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Turns the visible space back into a space, and drops it from the first token if one was put there.</summary>
internal sealed class MetaspaceDecoder(char replacement, bool prepended) : DecoderSpec
{
    private readonly string _replacement = replacement.ToString();

    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined) => new Step(this, next, joined);

    private sealed class Step(MetaspaceDecoder spec, DecoderStep next, bool joined) : DecoderStep
    {
        private bool _first = true;

        public override void Push(string text)
        {
            next.Push(text.Replace(spec._replacement, spec.Prepended && _first ? "" : " ", StringComparison.Ordinal));
            _first = joined;
        }

        public override void End() => next.End();
    }

    private bool Prepended => prepended;
}
