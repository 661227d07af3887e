// Gradio's page takes its stream of answers for open until it has read that the server ended it. Over a slow line, or on a busy
// machine, an event may join in between, and would never be told of. So the page hears that an event has joined only once the
// stream has spoken of that event, or is closed: then the page opens another one.
(() => {
  const plain = window.fetch;
  let stream = null;  // the one that the page holds for open
  const release = (of, all) => { of.waiting = of.waiting.filter(w => !(all || of.spoken.has(w.event)) || w.go()); };
  const close = one => { if (stream === one) stream = null; release(one, true); };
  function followed(answer, mine) {
    const decoder = new TextDecoder(), reader = answer.body.getReader();
    let rest = '';
    return new Response(new ReadableStream({
      async pull(control) {
        try {
          const {done, value} = await reader.read();
          if (done) { control.close(); setTimeout(close, 1000, mine); return; }
          control.enqueue(value);
          rest += decoder.decode(value, {stream: true});
          for (const found of rest.matchAll(/"event_id": ?"(\w+)"/g)) mine.spoken.add(found[1]);
          rest = rest.slice(-100);
          release(mine, false);
        } catch (fault) { close(mine); control.error(fault); }
      },
      cancel(why) { close(mine); return reader.cancel(why); },
    }), {status: answer.status, headers: answer.headers});
  }
  async function open(given) {
    const [to, how] = given, signal = (to && to.signal) || (how && how.signal);
    const mine = stream = {spoken: new Set(), waiting: []};
    if (signal) signal.addEventListener('abort', () => close(mine));  // this is how the page closes it
    try {
      const answer = await plain(...given);
      if (answer.ok && answer.body) return followed(answer, mine);
      close(mine);
      return answer;
    } catch (fault) { close(mine); throw fault; }
  }
  async function join(given) {
    const answer = await plain(...given), held = stream;
    if (answer.ok && held) {
      const event = (await answer.clone().json()).event_id;
      if (event && held === stream) await new Promise(go => { held.waiting.push({event, go}); release(held, false); });
    }
    return answer;
  }
  window.fetch = (...given) => {
    const url = String((given[0] && given[0].url) || given[0]);
    return url.includes('/queue/data?') ? open(given) : url.includes('/queue/join') ? join(given) : plain(...given);
  };
})();
