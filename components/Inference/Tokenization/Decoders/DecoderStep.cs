namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>
/// One step from tokens back to text, as a stream. It is given strings in order, then the end. A step that is not
/// <em>joined</em> gets one string a token; behind a step that fuses tokens it is joined: all that comes is one token in parts.
/// Strings never end within a character.
/// </summary>
internal abstract class DecoderStep
{
    /// <summary>Takes the next string.</summary>
    public abstract void Push(string text);

    /// <summary>Takes note of the end; what was held back goes on.</summary>
    public abstract void End();
}

/// <summary>How a decoder of a tokenizer.json becomes a step.</summary>
internal abstract class DecoderSpec
{
    /// <summary>Creates a step that writes to <paramref name="next"/>.</summary>
    /// <param name="next">Receives the outcome.</param>
    /// <param name="joined">The step gets one token in parts.</param>
    public abstract DecoderStep Create(DecoderStep next, bool joined);

    /// <summary>Whether what the step writes is one token in parts.</summary>
    public virtual bool Joins(bool joined) => joined;
}
