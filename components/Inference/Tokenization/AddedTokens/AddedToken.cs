namespace Serverless.Inference.Tokenization.AddedTokens;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Left out of decoded text on request.</summary>
    public bool Special { get; init; }

    /// <summary>Takes the white space on its left with it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Takes the white space on its right with it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Not found inside of a word.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Its normalised form is looked for in the normalised text, else its content in the text as it came.</summary>
    public bool Normalized { get; init; }
}
