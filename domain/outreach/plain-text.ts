const invisible = /[\p{Cf}\p{Mn}]/gu;
/** Blanks and signs between Chinese characters hide a word from a list, not from its reader. */
const split = /(?<=\p{Script=Han})[\s*_.·•\-~/|、]+(?=\p{Script=Han})/gu;

/** Characters of the words that are looked for, as they are written traditionally, each beside its simplified form. */
const pairs =
  '丟丢 佈布 佔占 來来 侷局 係系 倉仓 們们 備备 傢家 傳传 債债 傾倾 價价 償偿 兩两 凍冻 別别 動动 務务 ' +
  '匯汇 協协 卽即 厲厉 叄叁 員员 喫吃 單单 噁恶 嚮向 嚴严 國国 圓圆 團团 埰采 執执 報报 塊块 壞坏 夥伙 ' +
  '學学 寀采 寧宁 審审 將将 對对 導导 屬属 師师 帶带 幣币 幾几 庫库 弔吊 張张 強强 彆别 彙汇 後后 徑径 ' +
  '復复 徵征 恥耻 惡恶 愛爱 慼戚 應应 懞蒙 戶户 掃扫 掛挂 採采 換换 撥拨 擔担 擾扰 敗败 數数 斷断 於于 ' +
  '時时 曏向 會会 東东 査查 業业 構构 樂乐 機机 橫横 檢检 檯台 歡欢 氣气 決决 沒没 沖冲 測测 溝沟 滙汇 ' +
  '滯滞 滾滚 濛蒙 為为 無无 煩烦 熱热 爭争 爲为 獃呆 環环 產产 産产 甯宁 發发 監监 盪荡 眾众 矇蒙 稅税 ' +
  '競竞 範范 糰团 紀纪 約约 紅红 納纳 級级 結结 絕绝 絡络 給给 絶绝 綁绑 經经 綫线 維维 網网 線线 緝缉 ' +
  '緻致 總总 繫系 繳缴 罰罚 羣群 聯联 聾聋 脩修 臉脸 臺台 與与 舉举 蓋盖 蕩荡 處处 衆众 衕同 衛卫 衝冲 ' +
  '裏里 裝装 裡里 製制 複复 覈核 視视 親亲 觸触 訂订 計计 討讨 訓训 記记 訟讼 訪访 設设 訴诉 詐诈 評评 ' +
  '試试 話话 該该 誠诚 說说 説说 調调 請请 諸诸 講讲 謹谨 識识 議议 譽誉 讓让 負负 財财 貨货 責责 貳贰 ' +
  '貴贵 貸贷 費费 貼贴 資资 賣卖 賦赋 賬账 賴赖 購购 踰逾 轉转 轟轰 辦办 迴回 這这 週周 進进 遊游 過过 ' +
  '達达 違违 遞递 選选 還还 郵邮 鄰邻 釦扣 銀银 銷销 錢钱 鍋锅 鐵铁 長长 門门 閉闭 開开 間间 閤合 闆板 ' +
  '關关 陸陆 階阶 隨随 險险 隻只 雙双 難难 電电 韆千 響响 項项 須须 預预 領领 顆颗 額额 顏颜 顔颜 願愿 ' +
  '風风 颱台 飛飞 養养 餘余 饋馈 騙骗 騷骚 驗验 驚惊 體体 髮发 鬚须 鬧闹 麪面 麫面 麵面 點点 齊齐 齡龄 ' +
  '齣出 ';
const simplified = new Map(
  pairs
    .trim()
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.charAt(1)]),
);

/** Text as its reader takes it in, whatever breaks, blanks, wide letters and signs that nobody sees it is written with. */
export const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(/\p{Script=Han}/gu, (character) => simplified.get(character) ?? character)
    .replace(split, '')
    .replace(/[’‘]/g, "'")
    .replace(/(?<=[\w-])。(?=[a-z])/gi, '.')
    .replace(/\s+/g, ' ');
