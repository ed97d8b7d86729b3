namespace Serverless.Inference;

/// <summary>Stable names of everything that can be wrong with a model, a request or a machine.</summary>
public static class InferenceErrorCodes
{
    /// <summary>A file of the model folder is missing, truncated or malformed.</summary>
    public const string ModelFile = "model_file";

    /// <summary>The model's architecture, or a field of its configuration that changes the mathematics, is not supported.</summary>
    public const string ModelUnsupported = "model_unsupported";

    /// <summary>The hub could not be reached or has no such model.</summary>
    public const string ModelDownload = "model_download";

    /// <summary>The hub has the model and does not give it to this account: it asks for a token, for another one, or for agreement to its terms.</summary>
    public const string ModelAccess = "model_access";

    /// <summary>A request is malformed: sampling values out of range, no prompt, an unknown role.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The prompt does not fit into the context.</summary>
    public const string PromptTooLong = "prompt_too_long";

    /// <summary>The chat template failed on the row's messages.</summary>
    public const string ChatTemplate = "chat_template";

    /// <summary>An engine option is out of range or not supported.</summary>
    public const string EngineOptions = "engine_options";

    /// <summary>There is not enough memory for the weights or for the KV cache.</summary>
    public const string OutOfMemory = "out_of_memory";

    /// <summary>CUDA, its driver, one of its libraries or a card is missing, does not fit or refused something.</summary>
    public const string Cuda = "cuda";

    /// <summary>The model's logits are not finite: its numbers overflow for this prompt.</summary>
    public const string NotANumber = "not_a_number";

    /// <summary>A server was too busy, or did not answer, for as long as this request was tried. It may later.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The engine broke in the middle of a step; every request under way failed with it.</summary>
    public const string EngineFailed = "engine_failed";
}
