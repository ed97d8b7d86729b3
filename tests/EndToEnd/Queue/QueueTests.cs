using System.Text;
using System.Text.Json.Nodes;

namespace Serverless.EndToEnd.Tests.Queue;

/// <summary>Jobs that come by a queue of Azure Storage.</summary>
public sealed class StorageQueueTests(QueueFixture<StorageQueueBroker> fixture) : QueueTests(fixture), IClassFixture<QueueFixture<StorageQueueBroker>>;

/// <summary>Jobs that come by RabbitMQ.</summary>
public sealed class RabbitQueueTests(QueueFixture<RabbitBroker> fixture) : QueueTests(fixture), IClassFixture<QueueFixture<RabbitBroker>>
{
    [Fact]
    public async Task A_message_that_is_larger_than_the_service_takes_lies_in_a_file_that_its_letter_names()
    {
        var message = Encoding.UTF8.GetBytes($"# {new string('x', 40 << 20)}");
        await Fixture.Broker.SendAsync(message);

        var letter = await LetterAsync();

        letter["reason"]!.GetValue<string>().ShouldContain("more than 8 MiB");
        (await File.ReadAllBytesAsync(new Uri(letter["spec_uri"]!.GetValue<string>().Replace("local:", "file:", StringComparison.Ordinal)).LocalPath)).ShouldBe(message);
    }

    [Fact]
    public async Task A_message_that_is_no_text_is_kept_byte_for_byte()
    {
        byte[] message = [0xff, 0x00, 0xfe, (byte)'{'];
        await Fixture.Broker.SendAsync(message);

        var letter = await LetterAsync();

        letter["reason"]!.GetValue<string>().ShouldContain("no UTF-8 text");
        (await File.ReadAllBytesAsync(new Uri(letter["spec_uri"]!.GetValue<string>().Replace("local:", "file:", StringComparison.Ordinal)).LocalPath)).ShouldBe(message);
    }
}

/// <summary>A message becomes a job, once, or a dead letter that says why it cannot; whichever the broker.</summary>
public abstract class QueueTests(IQueueFixture fixture)
{
    protected IQueueFixture Fixture => fixture;

    [Fact]
    public async Task A_message_becomes_a_job_whose_rows_come_out()
    {
        var (id, folder) = (NewId(), fixture.NewFolder());
        await SendAsync(ServiceJob.OfItems(folder, "An old silent pond...", "Rain...").With("id", id));

        await fixture.EndAsync(id);

        Output.ReadRows(folder).Select(row => (string)row["item"]!).ShouldBe(["An old silent pond...", "Rain..."], ignoreOrder: true);
        await EmptyAsync();
    }

    [Fact]
    public async Task A_message_in_yaml_is_a_job_too()
    {
        var (id, folder) = (NewId(), fixture.NewFolder());
        await SendAsync($$$"""
            id: {{{id}}}
            model: {source: "{{{SampleModel.HaikuTiny}}}"}
            input: {items: ["Rain..."]}
            preprocess: {prompt: "{{ row.item }}", sampling_params: {max_tokens: 8}}
            output: {uri: "{{{folder}}}"}
            """);

        (await fixture.EndAsync(id)).Rows.Done.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_may_name_its_document(bool inAzure)
    {
        var (id, folder) = (NewId(), fixture.NewFolder());
        var document = ServiceJob.OfItems(Path.Combine(folder, "out"), "Rain...").With("id", id).Text();
        var uri = inAzure ? $"az://documents/{id}.json" : Path.Combine(folder, "job.json");
        if (inAzure)
        {
            await fixture.Container.UploadBlobAsync($"{id}.json", BinaryData.FromString(document));
        }
        else
        {
            await File.WriteAllTextAsync(uri, document);
        }

        await SendAsync(new JsonObject { ["spec_uri"] = uri });

        (await fixture.EndAsync(id)).Rows.Done.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_message_is_the_same_job_however_often_it_comes()
    {
        var (name, folder) = (NewId(), fixture.NewFolder());
        var message = ServiceJob.OfItems(folder, "Rain...").With("name", name);
        await SendAsync(message);
        await SendAsync(message);
        var jobs = await Eventually.GetAsync(async () => await JobsAsync(name) is [_, ..] there ? there : null, () => $"the job is there.\n{fixture.Logs}");
        await fixture.EndAsync(jobs.Single().Id);
        await SendAsync(message);

        // Behind the others in the queue: when it is done, they were looked at.
        var last = NewId();
        await SendAsync(ServiceJob.OfItems(fixture.NewFolder(), "Rain...").With("id", last));
        await fixture.EndAsync(last);
        await EmptyAsync();
        (await JobsAsync(name)).Count.ShouldBe(1);
        Output.ReadRows(folder).Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_can_never_work_goes_to_the_dead_letters_with_its_reason_and_blocks_nobody()
    {
        var taken = NewId();
        await SendAsync(ServiceJob.OfItems(fixture.NewFolder(), "Rain...").With("id", taken));
        await fixture.EndAsync(taken);
        (string Message, string Reason)[] hopeless =
        [
            ("{ no JSON", "line 1"),
            ("", "expected"),
            ("42", "expected"),
            (ServiceJob.OfItems("/nowhere", "Rain...").With("batchsize", 3).Text(), "batch_size"),
            (ServiceJob.OfItems("/nowhere", "Rain...").With("model.source", "s3://models/m").Text(), "model.source"),
            (ServiceJob.OfItems("/nowhere", "Rain...").With("preprocess.messages", null).Text(), "preprocess"),
            (ServiceJob.OfItems(fixture.NewFolder(), "Snow...").With("id", taken).Text(), taken),
            ("{\"spec_uri\": \"/nowhere/job.yaml\"}", "/nowhere/job.yaml"),
            ("{\"spec_uri\": \"ftp://host/job.yaml\"}", "ftp"),
            ("{\"spec_uri\": \"az://documents/none.json\"}", "none.json"),
            ("{\"spec_uri\": 7}", "spec_uri"),
        ];
        var good = NewId();
        foreach (var (message, _) in hopeless)
        {
            await SendAsync(message);
        }

        await SendAsync(ServiceJob.OfItems(fixture.NewFolder(), "Rain...").With("id", good));
        await fixture.EndAsync(good);
        List<JsonNode> letters = [];
        while (letters.Count < hopeless.Length)
        {
            letters.Add(await LetterAsync());
        }

        foreach (var (message, reason) in hopeless)
        {
            var letter = letters.SingleOrDefault(letter => letter["message"]!.GetValue<string>() == message).ShouldNotBeNull($"no letter of {message}");
            letter["reason"]!.GetValue<string>().ShouldContain(reason, customMessage: message);
        }

        await EmptyAsync();
        (await fixture.Broker.TakeDeadLetterAsync()).ShouldBeNull("each message is buried once");
    }

    [Fact]
    public async Task A_dead_letter_that_is_put_back_is_tried_again()
    {
        var (id, folder) = (NewId(), fixture.NewFolder());
        var uri = Path.Combine(folder, "job.json");
        await SendAsync(new JsonObject { ["spec_uri"] = uri });
        var letter = await LetterAsync();
        await fixture.Broker.SendAsync(Encoding.UTF8.GetBytes(letter.ToJsonString()));
        var again = await LetterAsync();
        again["message"]!.GetValue<string>().ShouldBe(letter["message"]!.GetValue<string>(), "letters are not put into letters");
        await File.WriteAllTextAsync(uri, ServiceJob.OfItems(Path.Combine(folder, "out"), "Rain...").With("id", id).Text());

        await fixture.Broker.SendAsync(Encoding.UTF8.GetBytes(again.ToJsonString()));

        (await fixture.EndAsync(id)).Rows.Done.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_too_large_for_a_letter_lies_beside_it_and_comes_back_by_it()
    {
        var (id, folder) = (NewId(), fixture.NewFolder());
        var document = ServiceJob.OfItems(Path.Combine(folder, "out"), new string('a', 50_000)).With("id", id).With("batch_size", 0).Text();
        document.Length.ShouldBeLessThan(fixture.Broker.MaxBytes);
        await SendAsync(document);

        var letter = await LetterAsync();

        letter["message"].ShouldBeNull();
        letter["reason"]!.GetValue<string>().ShouldContain("batch_size");
        var path = new Uri(letter["spec_uri"]!.GetValue<string>().Replace("local:", "file:", StringComparison.Ordinal)).LocalPath;
        (await File.ReadAllTextAsync(path)).ShouldBe(document);
        await File.WriteAllTextAsync(path, document.Replace("\"batch_size\":0", "\"batch_size\":1", StringComparison.Ordinal).Replace(new string('a', 50_000), "Rain...", StringComparison.Ordinal));
        await fixture.Broker.SendAsync(Encoding.UTF8.GetBytes(letter.ToJsonString()));
        (await fixture.EndAsync(id)).Rows.Done.ShouldBe(1);
    }

    /// <summary>The next dead letter.</summary>
    protected async Task<JsonNode> LetterAsync() => JsonNode.Parse(await Eventually.GetAsync(fixture.Broker.TakeDeadLetterAsync, () => $"a dead letter comes.\n{fixture.Logs}"))!;

    private static string NewId() => $"queued-{Guid.NewGuid():N}";

    private Task SendAsync(JsonObject message) => SendAsync(message.Text());

    private Task SendAsync(string message) => fixture.Broker.SendAsync(Encoding.UTF8.GetBytes(message));

    private async Task<IReadOnlyList<Contracts.Api.JobResource>> JobsAsync(string name) => [.. (await fixture.Client.ListAsync(limit: 100)).Jobs.Where(job => job.Name == name)];

    private Task<string> EmptyAsync() => Eventually.GetAsync(async () => await fixture.Broker.CountAsync() == 0 ? "" : null, () => $"the queue is empty.\n{fixture.Logs}");
}
