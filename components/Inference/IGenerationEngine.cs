namespace Serverless.Inference;

/// <summary>Generates text for many prompts at once. Thread-safe.</summary>
public interface IGenerationEngine : IAsyncDisposable
{
    /// <summary>Requests that it works on at once, of all callers together; callers keep more than that ready.</summary>
    int MaxNumSeqs { get; }

    /// <summary>
    /// Renders the chat template and tokenises, so that callers can do this work on their own threads ahead of
    /// <see cref="GenerateAsync"/>. Idempotent; a request that was not prepared is prepared when it is submitted.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>The request with <see cref="GenerationRequest.PromptTokenIds"/> set (and validated).</returns>
    /// <exception cref="InferenceException">The request is malformed or its prompt does not fit.</exception>
    GenerationRequest Prepare(GenerationRequest request);

    /// <summary>
    /// Generates. Requests are pulled as the engine has room for them; results come in order of completion, exactly one per
    /// request. What is wrong with one request is that result's <see cref="GenerationResult.Error"/>; others are unharmed.
    /// </summary>
    /// <param name="requests">
    /// The requests; may be endless. They should heed the enumerator's cancellation token: leaving the results early, cancelling
    /// or a failure of the engine waits until the source has ended its current step, so that what it reads from can be closed.
    /// </param>
    /// <param name="cancellationToken">Ends all of them at the next step.</param>
    IAsyncEnumerable<GenerationResult> GenerateAsync(IAsyncEnumerable<GenerationRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>Generates for one request, as it comes. The last delta of a completion carries its finish reason.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at the next step.</param>
    /// <exception cref="InferenceException">The request is malformed or its prompt does not fit.</exception>
    IAsyncEnumerable<GenerationDelta> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default);
}
