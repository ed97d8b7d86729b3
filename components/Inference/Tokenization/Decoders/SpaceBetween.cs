namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Tokens with a space between them: what a tokenizer without a decoder does.</summary>
internal sealed class SpaceBetween : DecoderSpec
{
    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined) => new Step(next);

    private sealed class Step(DecoderStep next) : DecoderStep
    {
        private bool _any;

        public override void Push(string text)
        {
            next.Push(_any ? " " + text : text);
            _any = true;
        }

        public override void End() => next.End();
    }
}
